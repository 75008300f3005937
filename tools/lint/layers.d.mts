export declare const packageLayers: Readonly<Record<string, string>>;
