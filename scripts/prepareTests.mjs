// Installs what the tests need besides the dependencies, as `npm test` does first: CI does it beside its other checks.

import { installRig, rigSupported } from '../test/rig/install.mjs';
import { prepareTorch } from './support/torch.mjs';

if (rigSupported()) await installRig(console.log);
prepareTorch();
