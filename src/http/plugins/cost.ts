declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * `costly`: an answer that is not in the cache may take more than some milliseconds of a core or of Postgres. Left
     * out: it never does.
     */
    cost?: 'costly'
  }
}
