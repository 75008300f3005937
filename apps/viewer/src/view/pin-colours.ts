/** Colours of Okabe and Ito, which people with any colour vision tell apart; those too light for thin lines are left out. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00'];

export const pinColour = (index: number): string => COLOURS[index % COLOURS.length]!;
