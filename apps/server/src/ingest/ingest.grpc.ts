import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import {
  type handleUnaryCall,
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  type ServiceDefinition,
  status,
  type StatusObject,
} from '@grpc/grpc-js';
import { type ErrorCode, PlimsollError, type Settings } from '@plimsoll/contract';
import { printSuccess, rpcCodes, printStatusDetails, type Signal } from '@plimsoll/otlp';
import { SETTINGS } from '../stores/settings.js';
import { type ExportRequest, ReceptionService } from './reception.service.js';

const services: readonly (readonly [string, Signal])[] = [
  ['opentelemetry.proto.collector.trace.v1.TraceService', 'traces'],
  ['opentelemetry.proto.collector.logs.v1.LogsService', 'logs'],
  ['opentelemetry.proto.collector.metrics.v1.MetricsService', 'metrics'],
];

/** Codes after which a client sends again; with a word on when. */
const retryAfterSeconds = 2;

/**
 * OTLP over gRPC, for the role `ingest`. Messages stay bytes and go the way of HTTP bodies; gRPC itself unpacks gzip and
 * refuses what is larger than the limit.
 */
@Injectable()
export class IngestGrpc implements OnModuleInit, OnApplicationShutdown {
  private readonly server: Server;

  constructor(
    @Inject(ReceptionService) private readonly reception: ReceptionService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.server = new Server({
      'grpc.max_receive_message_length': settings.maxBodyBytes,
      'grpc.max_send_message_length': 4 * 1024 * 1024,
      interceptors: [this.accountOfUnread],
    });
    for (const [name, signal] of services) {
      this.server.addService(exportService(name), { Export: this.handler(signal, `/${name}/Export`) });
    }
  }

  async onModuleInit(): Promise<void> {
    const { host, otlpGrpcPort } = this.settings;
    const address = `${host.includes(':') ? `[${host}]` : host}:${otlpGrpcPort}`;
    await new Promise<void>((resolve, reject) => {
      this.server.bindAsync(address, ServerCredentials.createInsecure(), (error) => {
        if (error === null) resolve();
        else reject(new Error(`PLIMSOLL_OTLP_GRPC_PORT: ${error.message}`, { cause: error }));
      });
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.tryShutdown(() => resolve());
    });
  }

  /**
   * gRPC refuses messages by itself that are larger than the limit or cannot be unpacked. Its own calls of `sendStatus` pass
   * no interceptor, so that of the call underneath is listened to.
   */
  private readonly accountOfUnread: ServerInterceptor = ({ path }, call) => {
    let headers: Record<string, string> = {};
    let ours = false;
    const send = call.sendStatus.bind(call);
    call.sendStatus = (answer) => {
      const signal = services.find(([name]) => path === `/${name}/Export`)?.[1];
      const known = unreadReasons[answer.code ?? status.OK];
      if (!ours && signal !== undefined && known !== undefined) {
        ours = true;
        const error = new PlimsollError(known, answer.details ?? 'the message cannot be read', { field: 'body' });
        void this.reception.refused({ signal, route: path, headers }, error).finally(() => send(answer));
      } else send(answer);
    };
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, passed) => {
            headers = headersOf(metadata);
            passed(metadata);
          },
        }),
      sendStatus: (answer, next) => {
        ours = true;
        next(answer);
      },
    });
  };

  private handler(signal: Signal, route: string): handleUnaryCall<Buffer, Buffer> {
    return ({ request, metadata }, callback) => {
      const read = () => Promise.resolve(request);
      const headers = headersOf(metadata);
      const announcedBytes = request.length;
      void this.answer({ signal, route, headers, encoding: 'protobuf', announcedBytes, read }, callback);
    };
  }

  private async answer(request: ExportRequest, callback: sendUnaryData<Buffer>): Promise<void> {
    try {
      callback(null, printSuccess(request.signal, 'protobuf', await this.reception.receive(request)));
    } catch (error) {
      callback(statusOf(error));
    }
  }
}

/** Statuses by which gRPC refuses a message that it has not handed over. */
const unreadReasons: Readonly<Record<number, ErrorCode | undefined>> = {
  [status.RESOURCE_EXHAUSTED]: 'too_large',
  [status.INTERNAL]: 'invalid_input',
  [status.UNIMPLEMENTED]: 'unsupported_media_type',
};

/** A service of one method whose messages are not decoded here. */
function exportService(name: string): ServiceDefinition {
  return {
    Export: {
      path: `/${name}/Export`,
      requestStream: false,
      responseStream: false,
      requestSerialize: (message: Buffer) => message,
      requestDeserialize: (bytes: Buffer) => bytes,
      responseSerialize: (message: Buffer) => message,
      responseDeserialize: (bytes: Buffer) => bytes,
    },
  };
}

function headersOf(metadata: Metadata): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata.getMap()).map(([name, value]) => [name, value.toString()]));
}

/** A refusal as gRPC says it: RESOURCE_EXHAUSTED may be tried again only where RetryInfo says when. */
function statusOf(error: unknown): StatusObject {
  const known = error instanceof PlimsollError ? error : new PlimsollError('internal', 'unexpected failure');
  const metadata = new Metadata();
  if (known.code === 'too_many_requests' || known.code === 'unavailable') {
    const seconds = known.retryAfterSeconds ?? retryAfterSeconds;
    metadata.set('grpc-status-details-bin', printStatusDetails(known.code, known.message, seconds));
  }
  return { code: rpcCodes[known.code], details: known.message, metadata };
}
