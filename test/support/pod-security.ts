import type { Container, PodSpec } from './kubernetes.ts'

type Fields = Record<string, any>
const VOLUMES = [
  'configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'
]

/**
 * What the Pod Security Standard "restricted" has against a pod of Linux, in words; none if it is let in.
 * Source: Kubernetes, "Pod Security Standards", its profiles "baseline" and "restricted".
 */
export function againstRestricted (pod: PodSpec): string[] {
  const found: string[] = []
  const { hostNetwork, hostPID, hostIPC, volumes = [], securityContext = {} } = pod as Fields
  if (hostNetwork || hostPID || hostIPC) found.push('shares namespaces of its host')
  for (const { name, ...kind } of volumes as Fields[]) {
    if (!Object.keys(kind).every((one) => VOLUMES.includes(one))) found.push(`volume ${name} is none that is allowed`)
  }
  if (securityContext['runAsUser'] === 0) found.push('runs as user 0')
  if ((securityContext['sysctls'] ?? []).length > 0) found.push('sets sysctls')
  const containers: Container[] = [...pod.containers, ...pod.initContainers ?? []]
  for (const container of containers) found.push(...againstContainer(container, securityContext))
  return found
}

function againstContainer (container: Container, ofPod: Fields): string[] {
  const own: Fields = container.securityContext ?? {}
  const demands: [string, boolean][] = [
    ['is privileged', own['privileged'] !== true],
    ['may gain privileges', own['allowPrivilegeEscalation'] === false],
    ['may run as root', (own['runAsNonRoot'] ?? ofPod['runAsNonRoot']) === true && own['runAsUser'] !== 0],
    ['has no seccomp profile', isConfined(own['seccompProfile'] ?? ofPod['seccompProfile'])],
    ['keeps capabilities', own['capabilities']?.drop?.includes('ALL') === true],
    ['adds capabilities', (own['capabilities']?.add ?? []).every((one: string) => one === 'NET_BIND_SERVICE')],
    ['changes /proc', [undefined, 'Default'].includes(own['procMount'])],
    ['takes a port of its host', (container.ports ?? []).every((port: Fields) => !port['hostPort'])]
  ]
  return demands.filter(([, met]) => !met).map(([what]) => `${container.name} ${what}`)
}

const isConfined = (profile: Fields | undefined): boolean =>
  ['RuntimeDefault', 'Localhost'].includes(profile?.['type'])
