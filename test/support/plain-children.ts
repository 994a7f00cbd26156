import processOnSpawn from 'process-on-spawn'

// tap follows every process that a test starts, to note what it reads, which takes longer than most of them run; none
// of it is used here. So they start as they would without tap, and need not compile what others have compiled.
processOnSpawn.addListener(({ env }) => {
  env['NODE_OPTIONS'] = env['NODE_OPTIONS']?.replace(/"--import=[^"]*@tapjs[^"]*"/, '') ?? ''
  env['NODE_COMPILE_CACHE'] = process.env['NODE_COMPILE_CACHE'] ?? ''
})
