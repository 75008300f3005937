import { DatasetError, unknownNameMessage } from '../dataset-error.js';
import { checkSplit, type Split } from './split.js';
import { ntire2020Names, ntire2022Names } from './arad-names.js';
import { caveSceneNames } from './cave-scene-names.js';

/** A split as a paper describes it. */
export interface PublishedSplit {
  readonly dataset: 'cave' | 'harvard' | 'ntire2020' | 'ntire2022';
  readonly paper: string;
  readonly trainCount: number;
  readonly testCount: number;
  /** What is doubtful about it; printed when the split is used. */
  readonly notes: readonly string[];
  /** Names of the scenes, where they follow from the data set; else the rule below is applied to the folder. */
  readonly train?: readonly string[];
  readonly test?: readonly string[];
}

const absentFromMst = ['ARAD_1K_0314', 'ARAD_1K_0340', 'ARAD_1K_0531'];
const validationIsTest =
  'GMSR: the 10 validation images are also the test images, and the checkpoint is chosen on them (the 20 test images have no public cubes)';

/**
 * Splits of the papers. Where only "alphabetical first n, last m" is published, or not even that, the names come from
 * the scenes at hand, sorted, and the count must be right.
 */
export const publishedSplits = {
  'gmsr-ntire2020-clean': {
    dataset: 'ntire2020',
    paper: 'GMSR-Net, arXiv 2405.07777',
    trainCount: 450,
    testCount: 10,
    train: ntire2020Names.training,
    test: ntire2020Names.validation,
    notes: [validationIsTest],
  },
  'gmsr-cave': {
    dataset: 'cave',
    paper: 'GMSR-Net, arXiv 2405.07777',
    trainCount: 28,
    testCount: 4,
    train: caveSceneNames.slice(0, 28),
    test: caveSceneNames.slice(28),
    notes: [
      'GMSR on CAVE: "alphabetical first 28, last 4"; the four names follow from the usual scene names, the paper shows two of them',
      'GMSR on CAVE: only 4 test images, the checkpoint is chosen on them, and the RGB recipe is not published',
    ],
  },
  'gmsr-harvard': {
    dataset: 'harvard',
    paper: 'GMSR-Net, arXiv 2405.07777',
    trainCount: 43,
    testCount: 7,
    notes: [
      'GMSR on Harvard: "alphabetical first 43, last 7", yet the paper shows c7 as a test image, which the rule cannot give: the stated split is doubtful',
    ],
  },
  'agd-net-cave': {
    dataset: 'cave',
    paper: 'AGD-Net, IEEE TCI 2021',
    trainCount: 20,
    testCount: 12,
    train: caveSceneNames.slice(0, 20),
    test: caveSceneNames.slice(20),
    notes: ['AGD-Net on CAVE: 20 / 12 is published, the names are not; alphabetical order is an assumption'],
  },
  'agd-net-harvard': {
    dataset: 'harvard',
    paper: 'AGD-Net, IEEE TCI 2021',
    trainCount: 30,
    testCount: 20,
    notes: [
      'AGD-Net on Harvard: 30 / 20 is published, the names are not; alphabetical order is an assumption',
    ],
  },
  'agd-net-ntire2020': {
    dataset: 'ntire2020',
    paper: 'AGD-Net, IEEE TCI 2021',
    trainCount: 450,
    testCount: 10,
    train: ntire2020Names.training,
    test: ntire2020Names.validation,
    notes: [
      'AGD-Net on NTIRE2020: its released test list 451-460 names images that have no cube; the official validation list is used',
    ],
  },
  'mst-plus-plus-ntire2022': {
    dataset: 'ntire2022',
    paper: 'NTIRE 2022 challenge; MST++, CVPRW 2022',
    trainCount: 900,
    testCount: 50,
    train: ntire2022Names.training,
    test: ntire2022Names.validation,
    notes: [
      'NTIRE2022: 0314 is known to be corrupt; the list in the MST++ repository has 897 names, without 0314, 0340 and 0531 (split mst-plus-plus-ntire2022-897)',
      'NTIRE2022: scores are on the 50 validation images; the 50 test cubes were never released',
    ],
  },
  'mst-plus-plus-ntire2022-897': {
    dataset: 'ntire2022',
    paper: 'MST++, CVPRW 2022, the list in its repository',
    trainCount: 897,
    testCount: 50,
    train: ntire2022Names.training.filter((name) => !absentFromMst.includes(name)),
    test: ntire2022Names.validation,
    notes: ['MST++: the repository trains on 897 of the 900 images, without 0314 (corrupt), 0340 and 0531'],
  },
} as const satisfies Record<string, PublishedSplit>;

export type PublishedSplitName = keyof typeof publishedSplits;

/**
 * A published split for the scenes of a data set.
 *
 * @param name a key of {@link publishedSplits}
 * @param sceneNames every scene of the data set at hand
 * @throws DatasetError for an unknown name, and where scenes are missing
 */
export function publishedSplit(name: string, sceneNames: readonly string[]): Split {
  const published = (publishedSplits as Readonly<Record<string, PublishedSplit>>)[name];
  if (published === undefined) {
    throw new DatasetError(
      `publishedSplit: ${unknownNameMessage('split', name, Object.keys(publishedSplits))}`,
    );
  }
  const { trainCount, testCount, notes } = published;
  let { train, test } = published;
  if (train === undefined || test === undefined) {
    const sorted = [...sceneNames].sort();
    if (sorted.length !== trainCount + testCount) {
      throw new DatasetError(
        `publishedSplit: '${name}' divides ${trainCount + testCount} scenes alphabetically, but there are ${sorted.length}`,
      );
    }
    train = sorted.slice(0, trainCount);
    test = sorted.slice(trainCount);
  }
  const known = new Set(sceneNames);
  const missing = [...train, ...test].filter((scene) => !known.has(scene));
  if (missing.length > 0) {
    const some = `${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ', ...' : ''}`;
    throw new DatasetError(
      `publishedSplit: '${name}' needs ${trainCount + testCount} scenes, ${missing.length} are not there: ${some}`,
    );
  }
  return checkSplit({ name, train, test, notes }, sceneNames);
}
