/** One thing that is wrong with a definition, or questionable. */
export interface Diagnostic {
  readonly severity: 'ERROR' | 'WARNING';
  readonly code: DiagnosticCode;
  readonly message: string;
  /** A JSON pointer; for what is no JSON, line and column. */
  readonly location: string;
}

/** API reference of ValidateStateMachineDefinition. Order, number and wording are no contract. */
export type DiagnosticCode =
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_JSON_DESCRIPTION'
  | 'INVALID_STATE_NAME'
  | 'MISSING_END_STATE'
  | 'MISSING_TRANSITION_TARGET'
  | 'NO_DOLLAR'
  | 'PASS_RESULT_IS_STATIC'
  | 'SCHEMA_VALIDATION_FAILED'
  | 'TOO_DEEPLY_NESTED'
  | 'UNREACHABLE_STATE';

/** Collects what is found while a definition is read. More than the operation shows are not kept. */
export class Problems {
  readonly found: Diagnostic[] = [];

  add(location: string, message: string, code: DiagnosticCode = 'SCHEMA_VALIDATION_FAILED'): void {
    this.#keep({ severity: 'ERROR', code, message, location });
  }

  warn(location: string, message: string, code: DiagnosticCode): void {
    this.#keep({ severity: 'WARNING', code, message, location });
  }

  get hasErrors(): boolean {
    return this.found.some(({ severity }) => severity === 'ERROR');
  }

  #keep(diagnostic: Diagnostic): void {
    if (this.found.length < keptMax || (diagnostic.severity === 'ERROR' && !this.hasErrors)) this.found.push(diagnostic);
  }
}

const keptMax = 1_000;

/** RFC 6901. */
export function pointer(parent: string, ...names: readonly (string | number)[]): string {
  return names.reduce<string>((at, name) => `${at}/${String(name).replaceAll('~', '~0').replaceAll('/', '~1')}`, parent);
}
