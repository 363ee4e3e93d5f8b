import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { readSettings } from '@plimsoll/contract';
import { freePort } from '@plimsoll/embedded';
import { Admission } from '../../apps/server/src/ingest/admission.js';
import { BytesInFlight } from '../../apps/server/src/ingest/bytes-in-flight.js';
import { IngestGrpc } from '../../apps/server/src/ingest/ingest.grpc.js';
import { ReceptionService } from '../../apps/server/src/ingest/reception.service.js';
import { exportOverGrpc } from '../builders/grpc.js';
import type { Signal } from './mutations.js';
import { type Pipeline, project, refusal, type Taken, type Way } from './pipeline.js';

const mostBytes = 2 ** 30;
const principal = { project, keyPrefix: 'plk_fuzz', scopes: ['ingest'] };
const accounts = { reject: () => undefined, settle: () => Promise.resolve(), refuse: () => Promise.resolve() };

/** The server's own gRPC port, on loopback before a pipeline, and clients as exporters have them. */
export class OverGrpc {
  private way: Way = 'plain';
  private server: IngestGrpc | undefined;
  private clients: Client[] = [];

  constructor(private readonly pipeline: Pipeline) {}

  async start(): Promise<void> {
    const port = await freePort();
    const { pipeline } = this;
    // Keys, the disk and the accounts of refusals have tests of their own; everything that a message meets is real.
    const reception = new ReceptionService(
      { verify: () => Promise.resolve(principal) } as never,
      new Admission(new BytesInFlight(mostBytes), { problem: () => null } as never),
      {
        accept: (signal: Signal, bytes: Uint8Array, encoding: 'protobuf') =>
          pipeline.accept(signal, bytes, encoding, this.way),
      } as never,
      accounts as never,
      accounts as never,
    );
    this.server = new IngestGrpc(reception, readSettings({ PLIMSOLL_OTLP_GRPC_PORT: `${port}` }));
    await this.server.onModuleInit();
    this.clients = [{}, { 'grpc.default_compression_algorithm': 2 }].map(
      (options) => new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options),
    );
  }

  /** As `Pipeline.take` of the same protobuf body, over the wire, packed by gzip or not. @throws as it does. */
  async take(signal: Signal, bytes: Buffer, way: Way, packed: boolean): Promise<Taken> {
    const client = this.clients[packed ? 1 : 0];
    if (client === undefined) throw new Error('gRPC is not started');
    this.way = way;
    try {
      const { result, blocks } = await this.pipeline.blocksOf(() => exportOverGrpc(client, signal, bytes, {}));
      return { outcome: 'stored', says: '', answer: result.toString('latin1'), blocks };
    } catch (error) {
      const { code, details } = error as ServiceError;
      if (code !== status.INVALID_ARGUMENT) throw error;
      return refusal(details);
    }
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.close();
    await this.server?.onApplicationShutdown();
  }
}
