export { expectClose, expectRelativeError, relativeError, type Numbers, type Tolerance } from './compare.js';
export { fixturePath, goldenPath, goldenSkipReason, hasGolden, readGolden, sharedPath } from './golden.js';
export {
  eachBackend,
  expectNoLeak,
  whyNoWebgpu,
  type EachBackendOptions,
  type TestBackend,
} from './each-backend.js';
export { hasNodeBinding, nodeBindingKernels, startNativeTensorflow } from './native-tensorflow.js';
export { checkGradient, testNumbers, type DirectionalCheck } from './gradient-check.js';
export { limitInputs, limitsSuite, runCase, type LimitCase } from './limits-suite.js';
export { nchwToNhwc, nhwcToNchw, permute } from './layout.js';
export {
  operatorSuite,
  type OperatorInput,
  type OperatorSuite,
  type Shapes,
  type Values,
} from './operator-suite.js';
export { oddInputSuite, type OddOperator } from './odd-input-suite.js';
export { threadSuite, type ThreadedOperator } from './thread-suite.js';
export { typedArguments } from './typed-arguments.js';
export { countReads, withStandardLimits, withWebgpuFactory } from './webgpu-device.js';
export { valuesOf } from './values-of.js';
export { startWithoutSimd } from './without-simd.js';
