import type { DataSource, Dashboard, Module } from './schema.ts'

/** A page without the modules of data sets that its reader may not see, and without tabs and sections left empty. */
export function withoutHidden (dashboard: Dashboard, isHidden: (source: DataSource) => boolean): Dashboard {
  const shown = (modules: Module[]): Module[] => modules.flatMap((module) => {
    const { 'data-source': source, modules: children, tabs } = module
    if (source !== undefined && isHidden(source)) return []
    const own = { ...(children && { modules: shown(children) }), ...(tabs && { tabs: shown(tabs) }) }
    const isEmptied = (before: Module[] | undefined, after: Module[] | undefined): boolean =>
      before !== undefined && before.length > 0 && after?.length === 0
    return isEmptied(children, own.modules) || isEmptied(tabs, own.tabs) ? [] : [{ ...module, ...own }]
  })
  return { ...dashboard, modules: shown(dashboard.modules) }
}
