/** What a strict compiler says about examples in a folder where their packages are installed; '' where it is content. */
export declare function typeProblems(
  examples: readonly { readonly code: string }[],
  folder: string,
  resolution: 'node16' | 'bundler',
): string;
