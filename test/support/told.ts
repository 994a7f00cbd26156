/** What a series says of one group, whichever door it comes from. */
export interface ToldSeries { group: Record<string, string>, values: ToldValue[] }
export interface ToldValue { value: number | null, status: string, coverage?: number | null }

export const groupName = ({ group }: ToldSeries): string => Object.values(group).join(' ')
