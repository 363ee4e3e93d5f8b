export function DriftPage() {
  return <div>DriftPage</div>;
}
