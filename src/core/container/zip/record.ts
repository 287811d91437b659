import type { ContainerRecord } from '../container';

/** Bits 0 and 6: encrypted; bit 5: patch data. miniz refuses such records when they are read. */
const unreadableFlags = 0x0061;
/** Bit 13: the directory itself is masked. miniz refuses the archive. */
export const maskedDirectoryFlag = 0x2000;
/** Bit 3: checksum and sizes stand behind the data. */
export const descriptorFlag = 0x0008;

export const storedMethod = 0;
export const deflatedMethod = 8;

/** What the directory says of one entry, beyond what every container's record has. */
interface DirectoryFields {
  readonly name: string;
  readonly size: number;
  readonly packedSize: number;
  readonly crc32: number;
  readonly method: number;
  readonly flags: number;
  readonly headerOffset: number;
  readonly nameBytes: number;
  readonly extraBytes: number;
}

/** One entry of a central directory. */
export class ZipRecord implements ContainerRecord {
  /** In full while the archive is being opened; then without the root folder. */
  name: string;
  /** Known once the neighbours are: see `positions.ts`. */
  position: number | null = null;
  /** Set where an archive is read without its directory. */
  cut = false;
  readonly size: number;
  readonly packedSize: number;
  /** Null once it is known that the writer left it out. */
  crc32: number | null;
  readonly method: number;
  readonly flags: number;
  /** Position of the local header in the source. */
  readonly headerOffset: number;
  /** Bytes of the name and of the extra field as the directory has them. */
  readonly nameBytes: number;
  readonly extraBytes: number;

  constructor(fields: DirectoryFields) {
    this.name = fields.name;
    this.size = fields.size;
    this.packedSize = fields.packedSize;
    this.crc32 = fields.crc32;
    this.method = fields.method;
    this.flags = fields.flags;
    this.headerOffset = fields.headerOffset;
    this.nameBytes = fields.nameBytes;
    this.extraBytes = fields.extraBytes;
  }

  get packed(): boolean {
    return this.method !== storedMethod;
  }

  get encrypted(): boolean {
    return (this.flags & unreadableFlags) !== 0;
  }

  /** Neither encrypted nor packed by a method that torch does not know. */
  get readable(): boolean {
    return !this.encrypted && (this.method === storedMethod || this.method === deflatedMethod);
  }
}
