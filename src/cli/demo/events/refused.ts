/** Rows of Solihull that are refused: a word that the service does not know, and a ward that is not there. */
export function refusedRows (): object[] {
  const row = {
    type: 'transaction',
    authority: 'solihull',
    service: 'report-missed-bin',
    occurred_at: '2025-05-27T08:31:00+01:00',
    outcome: 'reported'
  }
  return [
    ...Array.from({ length: 5 }, (_, i) => ({ ...row, id: `demo-refused-${i + 1}`, channel: 'Fone' })),
    { ...row, id: 'demo-refused-6', channel: 'web', ward: 'E05999998' }
  ]
}
