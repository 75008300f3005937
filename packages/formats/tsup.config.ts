import { packageConfig } from '../../tsup.base.js';

export default packageConfig({
  entry: { index: 'src/index.ts', arguments: 'src/arguments.ts', node: 'src/node.ts' },
});
