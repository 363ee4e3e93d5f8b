export interface StartFacts {
  readonly dashboard: string;
  readonly otlp: string;
  readonly otlpGrpc: string;
  readonly token: string;
  readonly ingestKey: string;
  readonly demo: boolean;
  readonly logs: string;
  readonly metrics: readonly string[];
}

/** What a person needs to go on, printed once everything is up. */
export function startText(facts: StartFacts): string {
  return `
Plimsoll is ready.

  Dashboard       ${facts.dashboard}
  Sign in (once)  ${facts.dashboard}/sign-in?token=${facts.token}
                  (used or lost? "npx plimsoll sign-in" prints another one)
  OTLP endpoint   ${facts.otlp} (http/protobuf and http/json), ${facts.otlpGrpc} (grpc)
  API             ${facts.dashboard}/api/docs
  Metrics         ${facts.metrics.join(' ')}
  Logs            ${facts.logs}

Send your first trace: paste this where your program starts.

  export OTEL_EXPORTER_OTLP_ENDPOINT=${facts.otlp}
  export OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20${facts.ingestKey}
${facts.demo ? '\nThe project "demo" is being filled with simulated traffic (PLIMSOLL_DEMO=off leaves it out).\n' : ''}
Ctrl-C stops everything.`;
}
