import { type Options } from 'tsup';
/** Build settings shared by every published package: ESM + CJS + d.ts, dependencies left to the installer. */
export declare function packageConfig(options: Options): Options | Options[] | ((overrideOptions: Options) => Options | Options[] | Promise<Options | Options[]>);
