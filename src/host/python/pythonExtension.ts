import { isRecord } from '../../core/guards';

/** What is used of the API that `ms-python.python` exports, all of it unchecked. */
export interface Environments {
  readonly getActiveEnvironmentPath: (resource?: unknown) => unknown;
  readonly resolveEnvironment: (environment: unknown) => Promise<unknown>;
}

/** The `environments` of the Python extension's exports; null for a version without. */
export function environmentsOf(api: unknown): Environments | null {
  const environments = isRecord(api) ? api['environments'] : undefined;
  return isEnvironments(environments) ? environments : null;
}

/** As its API: methods that need their `this`. */
function isEnvironments(value: unknown): value is Environments {
  return (
    isRecord(value) &&
    typeof value['getActiveEnvironmentPath'] === 'function' &&
    typeof value['resolveEnvironment'] === 'function'
  );
}

/**
 * The interpreter that is chosen in the Python extension for a file or folder.
 * @returns its path; null where none is chosen, or where the environment has none (conda without python)
 */
export async function activeInterpreter(environments: Environments, resource: unknown): Promise<string | null> {
  const active = environments.getActiveEnvironmentPath(resource);
  const environment = isRecord(active) ? await environments.resolveEnvironment(active) : undefined;
  const executable = isRecord(environment) ? environment['executable'] : undefined;
  const uri = isRecord(executable) ? executable['uri'] : undefined;
  const path = isRecord(uri) ? uri['fsPath'] : undefined;
  return typeof path === 'string' && path !== '' ? path : null;
}
