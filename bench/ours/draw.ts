import { drawPieces } from '../../src/core/init/distributions';
import { parseLayerCall } from '../../src/core/init/layerCall';
import { layerParameters } from '../../src/core/init/layerParameters';
import { RandomStream } from '../../src/core/init/randomStream';

/** Usage: node draw.mjs CALL RUNS. Prints the seconds that each run took to draw the parameters of a layer. */
const [call = '', runs = '5'] = process.argv.slice(2);
const parameters = layerParameters(parseLayerCall(call).spec);
const seconds: number[] = [];
let sum = 0;

// The first run warms up.
for (let count = 0; count <= Number(runs); count++) {
  const stream = RandomStream.seeded(count);
  const started = performance.now();
  for (const { draw, shape } of parameters) {
    for (const piece of drawPieces(draw, shape, stream)) {
      sum += piece[0] ?? 0;
    }
  }
  if (count > 0) {
    seconds.push((performance.now() - started) / 1000);
  }
}
console.log(JSON.stringify({ seconds, sum }));
