import type { Dashboard, Module } from './schema.ts'

/** The slug of the dashboard that a path such as `solihull-local-authority/volumetrics` begins with, and the rest. */
export function splitPath (path: string): { slug: string, segments: string[] } {
  const [slug = '', ...segments] = path.split('/')
  if (segments.at(-1) === '') segments.pop() // a page's address may end in a slash, and the front end passes it on
  return { slug, segments }
}

/**
 * What is at a path within a dashboard: all of it, or the same dashboard with the one module or tab that the path leads
 * to. Undefined where it leads nowhere.
 */
export function pageAt (dashboard: Dashboard, segments: string[]): Dashboard | undefined {
  if (segments.length === 0) return dashboard
  const module = moduleAt(dashboard.modules, segments)
  return module && { ...dashboard, 'page-type': 'module', modules: [module] }
}

function moduleAt (modules: Module[], [slug, ...rest]: string[]): Module | undefined {
  const module = modules.find((one) => one.slug === slug)
  const [next] = rest
  if (module === undefined || next === undefined) return module
  if (module['module-type'] === 'tab') return rest.length === 1 ? tabAt(module, next) : undefined
  return moduleAt(module.modules ?? [], rest)
}

function tabAt (module: Module, name: string): Module | undefined {
  const tab = module.tabs?.find(({ slug }) => `${module.slug}-${slug}` === name)
  return tab && { ...tab, info: module.info ?? null, title: `${module.title ?? ''} - ${tab.title ?? ''}` }
}

/** Every module of a dashboard with its JSON pointer, parents before their children. */
export function * everyModule (modules: Module[], at = '/modules'): Generator<{ module: Module, pointer: string }> {
  for (const [i, module] of modules.entries()) {
    const pointer = `${at}/${i}`
    yield { module, pointer }
    yield * everyModule(module.modules ?? [], `${pointer}/modules`)
    yield * everyModule(module.tabs ?? [], `${pointer}/tabs`)
  }
}
