export function TracesPage() {
  return <div>TracesPage</div>;
}
