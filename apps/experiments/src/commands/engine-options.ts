import { nearestName } from '@prismamba/core';
import { Option } from 'commander';
import type { Override } from '../config/overrides.js';
import { engineChoices, type EngineChoice, type EngineRequest } from '../engine/engine-choice.js';
import { usageError } from '../user-error.js';

/** `--engine` of commands that predict. */
export const engineOption = () =>
  new Option(
    '--engine <name>',
    'what computes the network: tfjs, onnxruntime (the optional package onnxruntime-node), or auto, the faster of them (default: PRISMAMBA_ENGINE, else tfjs)',
  ).choices([...engineChoices]);

/** `--provider` beside `--engine`. */
export const providerOption = () =>
  new Option(
    '--provider <name>',
    'what onnxruntime computes on: cpu, or cuda, webgpu, ... where its package has them (default: cpu)',
  );

/** The engine that PRISMAMBA_ENGINE names. @throws UserError for an unknown one */
function environmentEngine(): EngineChoice | undefined {
  const name = process.env['PRISMAMBA_ENGINE'];
  if (name === undefined || name === '') return undefined;
  const found = engineChoices.find((choice) => choice === name);
  if (found !== undefined) return found;
  throw usageError(
    `PRISMAMBA_ENGINE=${name}: unknown engine, did you mean '${nearestName(name, engineChoices)}'? Valid: ${engineChoices.join(', ')}`,
  );
}

/** The engine of a command: its option, else the environment, else TensorFlow.js. */
export const engineOf = ({ engine, provider }: EngineRequest): EngineRequest => ({
  engine: engine ?? environmentEngine(),
  provider,
});

/** The same as overrides of an experiment; the environment's engine only where no `--set` names one. */
export function engineOverrides(
  { engine, provider }: EngineRequest,
  settings: readonly Override[],
): Override[] {
  const isSet = settings.some(({ path }) => path[0] === 'evaluation' && (path[1] ?? 'engine') === 'engine');
  const override = (key: string, value: string | undefined, option: string): Override[] =>
    value === undefined
      ? []
      : [
          {
            path: ['evaluation', key],
            value,
            text: `evaluation.${key}=${value}`,
            option: `${option}${value}`,
          },
        ];
  return [
    ...(engine === undefined && !isSet
      ? override('engine', environmentEngine(), 'PRISMAMBA_ENGINE=')
      : override('engine', engine, '--engine ')),
    ...override('provider', provider, '--provider '),
  ];
}
