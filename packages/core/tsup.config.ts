import { packageConfig } from '../../tsup.base.js';

export default packageConfig({
  entry: {
    index: 'src/index.ts',
    operator: 'src/operator/index.ts',
    layer: 'src/layer/index.ts',
    gelu: 'src/gelu/index.ts',
  },
});
