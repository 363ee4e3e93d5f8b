import { type Client, Metadata, type ServiceError } from '@grpc/grpc-js';

const services: Readonly<Record<string, string>> = {
  traces: 'opentelemetry.proto.collector.trace.v1.TraceService',
  logs: 'opentelemetry.proto.collector.logs.v1.LogsService',
  metrics: 'opentelemetry.proto.collector.metrics.v1.MetricsService',
};

const asBytes = (bytes: Buffer) => bytes;

/** Exports a request body over gRPC; the answer's bytes, or a rejection with gRPC's code. */
export function exportOverGrpc(
  client: Client,
  signal: string,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
): Promise<Buffer> {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      `/${services[signal]}/Export`,
      asBytes,
      asBytes,
      Buffer.from(body),
      metadata,
      (error: ServiceError | null, answer?: Buffer) => {
        if (error === null && answer !== undefined) resolve(answer);
        else reject(error ?? new Error('no answer'));
      },
    );
  });
}
