// A process that has loaded the command line once and runs one command after another, for run-commands.mjs: a command's own work is
// often a tenth of a second, its start half a second. Started by fork with the program's main module; each message is a command.
import { pathToFileURL } from 'node:url';

const { main } = await import(pathToFileURL(process.argv[2]).href);
const streams = { stdout: process.stdout, stderr: process.stderr };

process.on('message', async ({ args, folder }) => {
  const printed = { stdout: '', stderr: '' };
  const writes = Object.entries(streams).map(([name, stream]) => [stream, stream.write, name]);
  for (const [stream, , name] of writes) {
    stream.write = (chunk) => {
      printed[name] += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
      return true;
    };
  }
  process.chdir(folder);
  process.exitCode = undefined;
  try {
    await main(args);
  } catch (error) {
    printed.stderr += error.stack;
    process.exitCode = 1;
  } finally {
    for (const [stream, write] of writes) stream.write = write;
  }
  process.send({ status: Number(process.exitCode ?? 0), ...printed });
});
process.send('ready');
