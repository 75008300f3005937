import type { Rule } from 'eslint';

export declare const browserRule: Rule.RuleModule;
