export { defineOperator } from './define-operator.js';
export { registerKernels } from './register-kernels.js';
export { releaseAfterGradient } from './release-after-gradient.js';
export type {
  BackwardKernelCall,
  ForwardKernelCall,
  GradientCall,
  GradientInfos,
  Gradients,
  Infos,
  Named,
  Operator,
  OperatorDeclaration,
  OperatorKernels,
} from './operator.js';
