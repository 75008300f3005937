// `npm run reproduce:smoke [-- OPTIONS]`: builds what is needed and makes every table in the profile smoke (or, with
// `-- --table NAME`, one of them): synthetic scenes, two steps a run, minutes.
import { buildCommandLine, runCommandLine } from './command-line.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--table');
const [table] = at < 0 ? ['all'] : args.splice(at, 2).slice(1);
buildCommandLine();
runCommandLine(['reproduce', table ?? 'all', '--profile', 'smoke', ...args]);
