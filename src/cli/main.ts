import { run } from './run';
import { processTerminal } from './terminal';

// Set, not called: what is still on its way to stdout is written first.
void run(process.argv.slice(2), processTerminal()).then((status) => {
  process.exitCode = status;
});
