export function simpleCommands(text: string): string[][] | undefined;
