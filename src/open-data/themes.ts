import type { Service } from '../catalogue/directory.ts'

/** Data themes of the EU's vocabulary, and their names. */
export const THEMES = {
  GOVE: 'Government and public sector',
  ECON: 'Economy and finance',
  EDUC: 'Education, culture and sport',
  ENVI: 'Environment',
  HEAL: 'Health',
  JUST: 'Justice, legal system and public safety',
  REGI: 'Regions and cities',
  SOCI: 'Population and society',
  TRAN: 'Transport'
} as const
export type Theme = keyof typeof THEMES

/** By words of a service's title and of its label in the Local Government Services List. */
const SIGNS: ReadonlyArray<readonly [Theme, RegExp]> = [
  ['ECON', /\b(council tax|business rates?|benefits?|licences?|grants?|fund|weighbridges?)\b/i],
  ['EDUC', /\b(school|education|nursery|library|libraries|prospectus|truancy|childcare)\b/i],
  ['ENVI', /\b(bins?|waste|refuse|recycling|litter|flytipping|noise|pest|pollution|asbestos|parks?|trees?|allotments|dog|dead animal|drains?|hazardous|vehicles)\b/i],
  ['HEAL', /\b(clinical|syringes?|disabled|disability|care|telecare|meals|bereavement)\b/i],
  ['JUST', /\b(safety|emergency|vandalism|graffiti|squatters|fines|dangerous|nuisance|flyposting)\b/i],
  ['REGI', /\b(planning|building|demolition|conservation|housing|homes?|council propert(?:y|ies)|derelict|street|garage)\b/i],
  ['SOCI', /\b(foster(?:ing)?|adopt(?:ing|ion)?|child(?:ren)?|famil(?:y|ies)|homeless|electoral|citizenship|support|community|carers|councillors|consultations)\b/i],
  ['TRAN', /\b(bus|travel|transport|parking|roads?|pavements?|traffic|pedestrian|speed|kerbs?|potholes|street lights?|routes)\b/i]
]

/** Of a service: what its words say, and that a council does it. */
export function themesOf ({ title, lgsl_label: label }: Pick<Service, 'title' | 'lgsl_label'>): Theme[] {
  return ['GOVE', ...SIGNS.filter(([, words]) => words.test(`${title}\n${label}`)).map(([theme]) => theme)]
}
