export const SS2D_SSD_SCAN = 'SS2DSSDScan';
export const SS2D_SSD_SCAN_GRADIENT = 'SS2DSSDScanGradient';

/** What a backend's kernels receive, by name. */
export const SS2D_SSD_INPUTS = ['x', 'xProjWeight', 'dtProjsBias', 'ALogs', 'Ds'] as const;

export type Ss2dSsdInput = (typeof SS2D_SSD_INPUTS)[number];
