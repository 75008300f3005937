import { Adam, ADAM_BETAS, AdamW, Sgd, type Optimizer } from '@prismamba/trainer';
import { NO_DECAY } from '@prismamba/trainer/internal';
import type { TrainingConfig } from '../config/training-schema.js';

export function buildOptimizer({ optimizer }: TrainingConfig): Optimizer {
  const { betas, epsilon, weight_decay: weightDecay, momentum, nesterov } = optimizer;
  const [beta1, beta2] = typeof betas === 'string' ? ADAM_BETAS[betas] : betas;
  const own = optimizer.groups.map(({ match, weight_decay: decay, rate_factor: rateFactor }) => ({
    match: new RegExp(match),
    ...(decay === undefined ? {} : { weightDecay: decay }),
    ...(rateFactor === undefined ? {} : { rateFactor }),
  }));
  const groups = optimizer.exempt === 'norms' ? [...own, { match: NO_DECAY, weightDecay: 0 }] : own;
  const adam = { beta1, beta2, epsilon, weightDecay, groups };
  switch (optimizer.name) {
    case 'adam':
      return new Adam(adam);
    case 'adamw':
      return new AdamW(adam);
    case 'sgd':
      return new Sgd({ momentum, nesterov, weightDecay, groups });
  }
}
