/** The loss of a step is NaN or infinite: the weights are spoilt, or the data holds such values. */
export class NonFiniteLossError extends Error {
  override readonly name = 'NonFiniteLossError';
  constructor(
    readonly step: number,
    readonly loss: number,
    readonly lastCheckpoint: string | undefined,
    learningRate: number,
  ) {
    const kept =
      lastCheckpoint === undefined
        ? 'no checkpoint had been written yet'
        : `the last good checkpoint is ${lastCheckpoint}`;
    super(
      `train: the loss of step ${step} is ${loss}; training stopped, ${kept}. Usual causes: a learning rate that is too high (it is ${learningRate}), NaN in the data, or a constant patch under GMSR-Net's spatial gradient attention`,
    );
  }
}
