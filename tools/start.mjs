// `npm start [-- OPTIONS]`: builds what the main job needs and runs `prismamba train quickstart OPTIONS`.
import { buildCommandLine, runCommandLine } from './command-line.mjs';

buildCommandLine();
runCommandLine(['train', 'quickstart', ...process.argv.slice(2)]);
