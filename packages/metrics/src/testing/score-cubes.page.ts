import {
  adjacentBandDissimilarity,
  evaluateProtocol,
  mse,
  protocolNames,
  type Cube,
  type Scores,
} from '@prismamba/metrics';

/** Two cubes of 31 bands without a random generator: waves, and the same waves a little off. */
function cubes(height: number, width: number): [Cube, Cube] {
  const wavelengths = Array.from({ length: 31 }, (_, band) => 400 + 10 * band);
  const values = (shift: number) =>
    Float32Array.from(
      { length: height * width * 31 },
      (_, i) => 0.45 + 0.4 * Math.sin(0.37 * i + shift * Math.cos(0.011 * i)),
    );
  const cube = (data: Float32Array) => ({ data, height, width, bands: 31, wavelengths });
  return [cube(values(0)), cube(values(0.05))];
}

/** What both engines compute. */
interface Measured {
  readonly mse: number;
  readonly dissimilarity: number;
  readonly scores: Readonly<Record<string, Scores>>;
}

/** Scores of every protocol on a pair of cubes. Some protocols crop 128 pixels of each side. */
export function run(): Measured {
  const [truth, guess] = cubes(268, 270);
  const scores = Object.fromEntries(
    protocolNames.map((name) => [name, evaluateProtocol(name, truth, guess)]),
  );
  return { mse: mse(truth, guess), dissimilarity: adjacentBandDissimilarity(guess), scores };
}
