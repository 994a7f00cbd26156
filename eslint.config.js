import neostandard from 'neostandard'
import tseslint from 'typescript-eslint'

export default tseslint.config(
  { ignores: ['node_modules/', 'data/', '.tap/', 'coverage/', 'bench/out/', 'build/', 'src/client/contract.ts'] },
  ...neostandard({ ts: true }),
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      camelcase: 'off', // JSON and SQL are snake_case
      'no-void': ['error', { allowAsStatement: true }],
      '@typescript-eslint/restrict-plus-operands': 'off',
      '@typescript-eslint/require-await': 'off', // fastify plugins and handlers are async by contract
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-dynamic-delete': 'off',
      '@stylistic/max-len': ['error', { code: 120, ignoreUrls: true, ignoreRegExpLiterals: true }]
    }
  },
  {
    // Only the gate makes published figures: no cast may claim to be one.
    files: ['src/**/*.ts'],
    ignores: ['src/disclosure/gate.ts'],
    rules: {
      'no-restricted-syntax': ['error', {
        selector: 'TSAsExpression > TSTypeReference[typeName.name="Published"]', message: 'Ask the gate to publish it.'
      }]
    }
  },
  {
    // SQL of migrations stands as it was run, HTML as it is sent
    files: ['migrations/*.ts', 'src/http/pages/**/*.ts', 'examples/**/*.ts'],
    rules: { '@stylistic/max-len': ['error', { code: 120, ignoreTemplateLiterals: true }] }
  },
  {
    // tap's assertions return promises or booleans that tests do not use
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': 'off',
      // addresses and messages are easier to search for in one piece
      '@stylistic/max-len': ['error', {
        code: 120, ignoreUrls: true, ignoreRegExpLiterals: true, ignoreTemplateLiterals: true, ignoreStrings: true
      }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // answers are read as the JSON they are
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      // test/unit/gate.test.ts tries to forge published figures
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off'
    }
  }
)
