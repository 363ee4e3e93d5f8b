import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PlimsollError, type Settings } from '@plimsoll/contract';
import { printSuccess, rpcCodes, printStatusDetails, type Signal } from '@plimsoll/otlp';
import { SETTINGS } from '../stores/settings.js';
import { readMessage } from './grpc-message.js';
import { type GrpcAnswer, type GrpcCall, GrpcServer } from './grpc-server.js';
import { letGo } from './let-go.js';
import { ReceptionService } from './reception.service.js';

const signals: ReadonlyMap<string, Signal> = new Map([
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
]);

/** gRPC's UNIMPLEMENTED. */
const unimplemented = 12;

/** After which a client sends again what was refused for want of room; with a word on when. */
const retryAfterSeconds = 2;

/** OTLP over gRPC, for the role `ingest`. Messages stay bytes and go the way of HTTP bodies. */
@Injectable()
export class IngestGrpc implements OnModuleInit, OnApplicationShutdown {
  private readonly server = new GrpcServer((call) => this.answer(call));

  constructor(
    @Inject(ReceptionService) private readonly reception: ReceptionService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async onModuleInit(): Promise<void> {
    const { host, otlpGrpcPort } = this.settings;
    try {
      await this.server.listen(otlpGrpcPort, host);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`PLIMSOLL_OTLP_GRPC_PORT: ${reason}`, { cause });
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.server.close();
  }

  /** The key and the room are looked at before any of the message is read. */
  private async answer({ path, headers, stream }: GrpcCall): Promise<GrpcAnswer> {
    const signal = signals.get(path);
    if (signal === undefined) return { code: unimplemented, details: `there is no method ${path}` };
    const limit = this.settings.maxBodyBytes;
    const encoding = headers['grpc-encoding']?.toString();
    try {
      const partial = await this.reception.receive({
        signal,
        route: path,
        headers,
        encoding: 'protobuf',
        announcedBytes: 0,
        read: (hold) => readMessage(stream, encoding, { limit, hold }),
        letGo,
      });
      return { code: 0, message: printSuccess(signal, 'protobuf', partial) };
    } catch (error) {
      return refusalOf(error);
    }
  }
}

/** A refusal as gRPC says it: RESOURCE_EXHAUSTED may be tried again only where RetryInfo says when. */
function refusalOf(error: unknown): GrpcAnswer {
  const known = error instanceof PlimsollError ? error : new PlimsollError('internal', 'unexpected failure');
  const { code, message: details } = known;
  if (code === 'unsupported_media_type') return { code: unimplemented, details };
  if (code !== 'too_many_requests' && code !== 'unavailable') return { code: rpcCodes[code], details };
  const seconds = known.retryAfterSeconds ?? retryAfterSeconds;
  return { code: rpcCodes[code], details, status: printStatusDetails(code, details, seconds) };
}
