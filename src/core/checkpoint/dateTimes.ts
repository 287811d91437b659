import { argumentsOf, asText } from './arguments';
import { leaf, type KnownCall } from './meaning';

/** `datetime` packs a date into 4 bytes and a time into 6; Python 2 and protocol 2 write them as text. */
function packed(type: string, length: number, fields: (bytes: Uint8Array) => number[]): KnownCall {
  return (call, shower) => {
    const [state, zone] = argumentsOf(call);
    const text = asText(state);
    const bytes = text === null ? shower.bytes(state) : Uint8Array.from(text, (character) => character.charCodeAt(0));
    if (bytes === null || bytes.length !== length) {
      return null;
    }
    const shown = fields(bytes);
    const zoneText = zone === undefined || zone === null ? '' : `, tzinfo=${shower.repr(zone)}`;
    return leaf(type, `${type}(${shown.join(', ')}${zoneText})`);
  };
}

// The top bit of the month, or of the hour of a time alone, is `fold`.
const foldBit = 0x80;

function dateFields(bytes: Uint8Array): number[] {
  const [century = 0, year = 0, month = 0, day = 0] = bytes;
  return [century * 256 + year, month & ~foldBit, day];
}

/** Hour and minute always; second and microsecond where they, or those behind them, are not 0: as `repr` has it. */
function timeFields(bytes: Uint8Array): number[] {
  const [hour = 0, minute = 0, second = 0, high = 0, middle = 0, low = 0] = bytes;
  const microsecond = (high << 16) | (middle << 8) | low;
  const shown = [hour & ~foldBit, minute];
  if (second !== 0 || microsecond !== 0) {
    shown.push(second);
  }
  if (microsecond !== 0) {
    shown.push(microsecond);
  }
  return shown;
}

const timedelta: KnownCall = (call) => {
  const args = argumentsOf(call);
  const parts = ['days', 'seconds', 'microseconds'].flatMap((name, index) => {
    const value = args[index];
    return typeof value === 'number' && value !== 0 ? [`${name}=${String(value)}`] : [];
  });
  return leaf('datetime.timedelta', `datetime.timedelta(${parts.join(', ') || '0'})`);
};

const timezone: KnownCall = (call, shower) => {
  const args = argumentsOf(call).map((argument) => shower.repr(argument));
  return leaf('datetime.timezone', `datetime.timezone(${args.join(', ')})`);
};

export const dateTimeCalls: readonly (readonly [string, KnownCall])[] = [
  [
    'datetime.datetime',
    packed('datetime.datetime', 10, (bytes) => [...dateFields(bytes), ...timeFields(bytes.subarray(4))]),
  ],
  ['datetime.date', packed('datetime.date', 4, dateFields)],
  ['datetime.time', packed('datetime.time', 6, timeFields)],
  ['datetime.timedelta', timedelta],
  ['datetime.timezone', timezone],
];
