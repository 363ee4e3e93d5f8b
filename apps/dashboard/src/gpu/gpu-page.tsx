export function GpuPage() {
  return <div>GpuPage</div>;
}
