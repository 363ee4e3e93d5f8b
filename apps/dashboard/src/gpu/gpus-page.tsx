export function GpusPage() {
  return <div>GpusPage</div>;
}
