export interface CheapForm {
  readonly run?: string;
  readonly in?: string;
  readonly prints?: readonly string[];
  readonly by?: string;
  readonly not?: string;
  readonly wrong?: string;
}

export declare function cheapForm(command: string): CheapForm | undefined;
export declare function commandsOf(markdown: string): string[];
export declare function documentedCommands(): { command: string; places: string[] }[];
