import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { activeFaults } from './faults.js';
import type { Random } from './random.js';

interface Card {
  index: number;
  uuid: string;
  host: string;
  pod: string;
  smActive: number;
  tensorActive: number;
  dramActive: number;
  fbUsedMib: number;
  powerWatts: number;
  temperature: number;
  pcieRx: number;
}

const totalMib = 81_559;

function card(
  index: number,
  host: string,
  pod: string,
  load: Pick<Card, 'smActive' | 'tensorActive' | 'dramActive' | 'fbUsedMib' | 'powerWatts' | 'temperature' | 'pcieRx'>,
): Card {
  const uuid = `GPU-${String(index).repeat(8)}-demo-4c1b-9d2e-${host.replace(/\W/g, '').padEnd(12, '0').slice(0, 12)}`;
  return { index, host, pod, uuid, ...load };
}

const decode = {
  smActive: 0.62,
  tensorActive: 0.12,
  dramActive: 0.71,
  fbUsedMib: 72_800,
  powerWatts: 410,
  temperature: 61,
  pcieRx: 4e8,
};
const prefill = {
  smActive: 0.88,
  tensorActive: 0.52,
  dramActive: 0.41,
  fbUsedMib: 70_100,
  powerWatts: 640,
  temperature: 68,
  pcieRx: 9e8,
};
const held = {
  smActive: 0,
  tensorActive: 0,
  dramActive: 0,
  fbUsedMib: 41_000,
  powerWatts: 92,
  temperature: 34,
  pcieRx: 1e5,
};
const free = { smActive: 0, tensorActive: 0, dramActive: 0, fbUsedMib: 4, powerWatts: 68, temperature: 30, pcieRx: 0 };
const starved = {
  smActive: 0.14,
  tensorActive: 0.05,
  dramActive: 0.12,
  fbUsedMib: 55_000,
  powerWatts: 180,
  temperature: 44,
  pcieRx: 6.4e9,
};

/** Two hosts of four cards: decoding, prefilling, held but idle, free, starved by input, and one that fails later. */
const fleet: readonly Card[] = [
  card(0, 'gpu-a.demo', 'llama-70b-0', decode),
  card(1, 'gpu-a.demo', 'llama-70b-0', decode),
  card(2, 'gpu-a.demo', 'llama-70b-1', prefill),
  card(3, 'gpu-a.demo', 'llama-70b-1', decode),
  card(0, 'gpu-b.demo', 'embedder-0', starved),
  card(1, 'gpu-b.demo', 'notebook-kim', held),
  card(2, 'gpu-b.demo', '', free),
  card(3, 'gpu-b.demo', '', free),
];

interface Series {
  name: string;
  help: string;
  value: (card: Card, wobble: number, failing: boolean, elapsedSeconds: number) => number;
}

const series: readonly Series[] = [
  {
    name: 'DCGM_FI_DEV_GPU_UTIL',
    help: 'GPU utilization (in %).',
    value: (c, w) => (c.smActive > 0 ? Math.min(100, Math.round(97 * w)) : 0),
  },
  {
    name: 'DCGM_FI_PROF_SM_ACTIVE',
    help: 'Ratio of cycles an SM has at least one warp assigned.',
    value: (c, w) => Math.min(1, c.smActive * w),
  },
  {
    name: 'DCGM_FI_PROF_SM_OCCUPANCY',
    help: 'Ratio of resident warps to the maximum.',
    value: (c, w) => Math.min(1, c.smActive * 0.3 * w),
  },
  {
    name: 'DCGM_FI_PROF_PIPE_TENSOR_ACTIVE',
    help: 'Ratio of cycles the tensor pipe is active.',
    value: (c, w) => Math.min(1, c.tensorActive * w),
  },
  {
    name: 'DCGM_FI_PROF_DRAM_ACTIVE',
    help: 'Ratio of cycles the memory interface is active.',
    value: (c, w) => Math.min(1, c.dramActive * w),
  },
  { name: 'DCGM_FI_DEV_FB_USED', help: 'Framebuffer memory used (in MiB).', value: (c) => c.fbUsedMib },
  {
    name: 'DCGM_FI_DEV_FB_FREE',
    help: 'Framebuffer memory free (in MiB).',
    value: (c) => totalMib - c.fbUsedMib - 500,
  },
  { name: 'DCGM_FI_DEV_FB_RESERVED', help: 'Framebuffer memory reserved (in MiB).', value: () => 500 },
  { name: 'DCGM_FI_DEV_POWER_USAGE', help: 'Power draw (in W).', value: (c, w) => c.powerWatts * w },
  { name: 'DCGM_FI_DEV_GPU_TEMP', help: 'GPU temperature (in C).', value: (c, w) => Math.round(c.temperature * w) },
  { name: 'DCGM_FI_DEV_SM_CLOCK', help: 'SM clock frequency (in MHz).', value: (c) => (c.smActive > 0 ? 1980 : 345) },
  { name: 'DCGM_FI_DEV_MEM_CLOCK', help: 'Memory clock frequency (in MHz).', value: () => 2619 },
  {
    name: 'DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION',
    help: 'Total energy consumption since boot (in mJ).',
    value: (c, _w, _f, s) => Math.round(c.powerWatts * 1000 * (86_400 + s)),
  },
  {
    name: 'DCGM_FI_PROF_PCIE_RX_BYTES',
    help: 'Rate of data received over PCIe (in bytes/s).',
    value: (c, w) => Math.round(c.pcieRx * w),
  },
  {
    name: 'DCGM_FI_PROF_PCIE_TX_BYTES',
    help: 'Rate of data sent over PCIe (in bytes/s).',
    value: (c, w) => Math.round(c.pcieRx * 0.2 * w),
  },
  {
    name: 'DCGM_FI_DEV_XID_ERRORS',
    help: 'Value of the last XID error encountered.',
    value: (_c, _w, failing) => (failing ? 48 : 0),
  },
];

function labels(item: Card): string {
  const base = `gpu="${item.index}",UUID="${item.uuid}",pci_bus_id="00000000:0${item.index + 1}:00.0",device="nvidia${item.index}",modelName="NVIDIA H100 80GB HBM3",Hostname="${item.host}",DCGM_FI_DRIVER_VERSION="570.86.15"`;
  return item.pod === '' ? base : `${base},container="server",namespace="inference",pod="${item.pod}"`;
}

/** The fleet in the exposition format of the DCGM exporter. */
export function dcgmPage(random: Random, timeMs: number, startMs: number): string {
  const failing = activeFaults(timeMs, startMs).has('gpuXid');
  const elapsed = Math.max(0, (timeMs - startMs) / 1000);
  const lines: string[] = [];
  for (const { name, help, value } of series) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} gauge`);
    for (const item of fleet) {
      const wobble = 0.95 + random.next() * 0.1;
      const sick = failing && item.host === 'gpu-a.demo' && item.index === 3;
      lines.push(`${name}{${labels(item)}} ${Number(value(item, wobble, sick, elapsed).toPrecision(7))}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** One vLLM server of the fleet; counters grow with the time since the start. */
export function vllmPage(random: Random, timeMs: number, startMs: number): string {
  const seconds = Math.max(1, (timeMs - startMs) / 1000);
  const label = '{engine="0",model_name="llama-3.3-70b-instruct"}';
  const gauge = (name: string, help: string, value: number): string[] => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    `${name}${label} ${value}`,
  ];
  const counter = (name: string, help: string, value: number): string[] => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} counter`,
    `${name}${label} ${value}`,
  ];
  return `${[
    ...gauge('vllm:num_requests_running', 'Number of requests in model execution batches.', random.integer(18, 34)),
    ...gauge(
      'vllm:num_requests_waiting',
      'Number of requests waiting to be processed.',
      random.chance(0.03) ? random.integer(1, 4) : 0,
    ),
    ...gauge(
      'vllm:kv_cache_usage_perc',
      'Fraction of KV-cache blocks used.',
      Number((0.55 + random.next() * 0.2).toFixed(4)),
    ),
    ...counter('vllm:num_preemptions_total', 'Cumulative number of preemptions.', Math.floor(seconds / 1800)),
    ...counter('vllm:prompt_tokens_total', 'Number of prefill tokens processed.', Math.floor(seconds * 5200)),
    ...counter('vllm:generation_tokens_total', 'Number of generation tokens processed.', Math.floor(seconds * 1450)),
    ...gauge(
      'process_start_time_seconds',
      'Start time of the process since unix epoch in seconds.',
      Math.floor(startMs / 1000) - 86_400,
    ),
  ].join('\n')}\n`;
}

/** Serves both pages on a free loopback port. */
export async function servePages(random: Random, startMs: number): Promise<{ server: Server; origin: string }> {
  const server = createServer((request, response) => {
    const page = request.url === '/dcgm/metrics' ? dcgmPage : request.url === '/vllm/metrics' ? vllmPage : null;
    response.statusCode = page === null ? 404 : 200;
    response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
    response.end(page === null ? 'no such page\n' : page(random, Date.now(), startMs));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
