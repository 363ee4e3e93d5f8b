import { customers, features, models, promptFault, weightOfCustomers, type Feature, type Model } from './catalogue.js';
import { activeFaults, badPromptFailures, badPromptShare, faultSchedule, modelSwap, type Fault } from './faults.js';
import type { Random } from './random.js';
import { exchange, type Exchange } from './texts.js';

export type AttributeValue = string | number | boolean | string[];

/** A span to be emitted; times are milliseconds since the epoch. */
export interface PlannedSpan {
  name: string;
  startMs: number;
  endMs: number;
  attributes: Record<string, AttributeValue>;
  error: string | null;
  /** Of a call that was made with a prompt. */
  prompt: { name: string; version: string } | null;
  children: PlannedSpan[];
}

/** What every span of a request is about. */
export interface PlannedContext {
  feature: string;
  customer: string;
  team: string;
  environment: string;
  release: string;
  user: string;
  session: string;
}

export interface PlannedRequest {
  service: string;
  about: PlannedContext;
  root: PlannedSpan;
  /** What the business later said of it; null when the feature has no outcome or nobody decided. */
  decided: { name: string; status: 'success' | 'failure'; atMs: number } | null;
  thumbs: { value: 0 | 1; atMs: number } | null;
}

interface Situation {
  random: Random;
  feature: Feature;
  faults: ReadonlySet<Fault>;
  timeMs: number;
  startMs: number;
}

const hour = 3_600_000;

function promptVersionOf({ random, feature, faults, timeMs, startMs }: Situation): string {
  const offset = timeMs - startMs;
  if (feature.name === promptFault.feature) {
    if (faults.has('badPrompt') && random.chance(badPromptShare)) return promptFault.bad;
    return offset < -120 * hour ? 'v40' : promptFault.good;
  }
  if (feature.name === 'code-review' && offset < faultSchedule.costBlowUp.from) return 'v8';
  return feature.promptVersion;
}

function modelOf({ feature, faults }: Situation): { model: Model; answeredBy: string } {
  const model = models[feature.model];
  const swapped = faults.has('modelSwap') && feature.name === modelSwap.feature;
  return { model, answeredBy: swapped ? models[modelSwap.to].response : model.response };
}

const tokensPerCharacter = 0.25;

function messages(role: string, text: string): string {
  return JSON.stringify([{ role, parts: [{ type: 'text', content: text }] }]);
}

interface CallPlan {
  span: PlannedSpan;
  failed: boolean;
  broken: boolean;
}

function planCall(situation: Situation, startMs: number): CallPlan {
  const { random, feature, faults } = situation;
  const version = promptVersionOf(situation);
  const { model, answeredBy } = modelOf(situation);
  const bad = version === promptFault.bad && feature.name === promptFault.feature;
  const broken = feature.answers === 'json' && random.chance(bad ? badPromptFailures : 0.003);
  const said: Exchange = exchange(feature, broken, random);
  const slow = faults.has('slowProvider') && model.provider === 'anthropic' ? 4 : 1;
  const blowUp = faults.has('costBlowUp') && feature.name === 'code-review' ? 7 : 1;
  const input = Math.round(random.logNormal(feature.inputTokens, 0.25) * blowUp);
  const output = Math.max(
    4,
    Math.round(random.logNormal(feature.outputTokens, 0.3)),
    Math.round(said.answer.length * tokensPerCharacter),
  );
  const cached = random.chance(0.8) ? Math.floor(input * feature.cachedShare) : 0;
  const ttft = random.logNormal(model.ttftMs, 0.3) * slow;
  const duration = ttft + (output / model.tokensPerSecond) * 1000 * slow;
  const failed = random.chance(slow > 1 ? 0.02 : 0.002);
  const span: PlannedSpan = {
    name: `chat ${model.request}`,
    startMs,
    endMs: startMs + (failed ? ttft * 3 : duration),
    error: failed ? '529 the provider is overloaded' : null,
    prompt: { name: feature.promptName, version },
    children: [],
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': model.provider,
      'gen_ai.request.model': model.request,
      'gen_ai.request.temperature': 0.2,
      'gen_ai.system_instructions': JSON.stringify([{ type: 'text', content: said.system }]),
      'gen_ai.input.messages': messages('user', said.question),
      ...(failed
        ? { 'error.type': '529' }
        : {
            'gen_ai.response.model': answeredBy,
            'gen_ai.response.finish_reasons': ['stop'],
            'gen_ai.output.messages': messages('assistant', said.answer),
            'gen_ai.usage.input_tokens': input,
            'gen_ai.usage.output_tokens': output,
            'gen_ai.usage.cache_read.input_tokens': cached,
            'gen_ai.response.time_to_first_chunk': ttft / 1000,
          }),
    },
  };
  return { span, failed, broken };
}

function planRetrieval(random: Random, startMs: number): PlannedSpan {
  const embedMs = startMs + random.logNormal(45, 0.3);
  return {
    name: 'search knowledge base',
    startMs,
    endMs: embedMs + random.logNormal(25, 0.3),
    attributes: { 'gen_ai.operation.name': 'retrieval' },
    error: null,
    prompt: null,
    children: [
      {
        name: `embeddings ${models.embedding.request}`,
        startMs,
        endMs: embedMs,
        attributes: {
          'gen_ai.operation.name': 'embeddings',
          'gen_ai.provider.name': models.embedding.provider,
          'gen_ai.request.model': models.embedding.request,
          'gen_ai.response.model': models.embedding.response,
          'gen_ai.usage.input_tokens': random.integer(8, 40),
        },
        error: null,
        prompt: null,
        children: [],
      },
    ],
  };
}

function planTool(random: Random, startMs: number): PlannedSpan {
  const tool = random.pick(['get_basket', 'apply_code', 'shipping_quote']);
  return {
    name: `execute_tool ${tool}`,
    startMs,
    endMs: startMs + random.logNormal(60, 0.5),
    attributes: {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': tool,
      'gen_ai.tool.call.id': `call_${random.hex(8)}`,
      'gen_ai.tool.call.arguments': '{"basket":"b-1"}',
      'gen_ai.tool.call.result': '{"ok":true}',
    },
    error: null,
    prompt: null,
    children: [],
  };
}

/** Everything one request of the simulated product does, at an instant and with the faults active then. */
export function planRequest(random: Random, timeMs: number, startMs: number): PlannedRequest {
  const weights = Object.fromEntries(features.map((feature) => [feature.name, feature.weight]));
  const name = random.weighted(weights);
  const feature = features.find((candidate) => candidate.name === name)!;
  const situation: Situation = { random, feature, faults: activeFaults(timeMs, startMs), timeMs, startMs };
  const customer = random.weighted(weightOfCustomers) as (typeof customers)[number];
  const user = `${customer}-user-${random.integer(1, 40)}`;
  const about: PlannedContext = {
    feature: feature.name,
    customer,
    team: feature.team,
    environment: 'production',
    release: timeMs - startMs < -4 * hour ? '2026.11.3' : '2026.11.4',
    user,
    session: `s-${user}-${Math.floor(timeMs / (2 * hour))}`,
  };
  const children: PlannedSpan[] = [];
  let cursor = timeMs;
  if (feature.shape === 'retrieval') {
    const retrieval = planRetrieval(random, cursor);
    children.push(retrieval);
    cursor = retrieval.endMs;
  }
  let call = planCall(situation, cursor);
  children.push(call.span);
  cursor = call.span.endMs;
  if (feature.shape === 'agent' && !call.failed) {
    const tool = planTool(random, cursor);
    call = planCall(situation, tool.endMs);
    children.push(tool, call.span);
    cursor = call.span.endMs;
  }
  const root: PlannedSpan = {
    name: `POST /${feature.name}`,
    startMs: timeMs,
    endMs: cursor + random.logNormal(4, 0.3),
    attributes: { 'gen_ai.operation.name': feature.shape === 'agent' ? 'invoke_agent' : 'invoke_workflow' },
    error: call.failed ? 'the model call failed' : null,
    prompt: null,
    children,
  };
  return { service: feature.service, about, root, ...afterwards(random, feature, call, cursor) };
}

function afterwards(
  random: Random,
  feature: Feature,
  call: CallPlan,
  endMs: number,
): Pick<PlannedRequest, 'decided' | 'thumbs'> {
  const happy = !call.failed && !call.broken;
  const thumbs = random.chance(0.06)
    ? { value: (random.chance(happy ? 0.86 : 0.12) ? 1 : 0) as 0 | 1, atMs: endMs + random.integer(5, 90) * 1000 }
    : null;
  if (feature.outcome === null || random.chance(0.18)) return { decided: null, thumbs };
  const status = random.chance(happy ? feature.success : 0.15) ? 'success' : 'failure';
  return { decided: { name: feature.outcome, status, atMs: endMs + random.integer(20, 600) * 1000 }, thumbs };
}
