declare module 'jsonstat-toolkit' {
  interface Dimension { id: string[], role: string, Category: (id: string) => { label: string } }
  interface Dataset {
    class: string
    length: number
    id: string[]
    label: string
    n: number
    note: string[]
    role: Record<string, string[]>
    extension: Record<string, unknown>
    Dimension: (name: string) => Dimension
    Data: (at: Record<string, string>) => { value: number | null, status: string | null } | null
  }
  export default function JSONstat (document: object): Dataset
}
