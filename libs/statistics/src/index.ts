export { betaCdf, betaInv, betaInvComplement, betaSf } from './beta.js';
export {
  clopperPearsonInterval,
  jeffreysProbabilityAbove,
  wilsonInterval,
  type Interval,
} from './binomial-intervals.js';
export { chiSquareCdf, chiSquareSf } from './chi-square.js';
export { logGamma, lowerGammaRatio, upperGammaRatio } from './gamma.js';
export { clusteredEffectiveN, kishEffectiveN } from './kish.js';
export { normalCdf, normalInv, normalSf } from './normal.js';
export { studentCdf, studentInv, studentSf } from './student.js';
