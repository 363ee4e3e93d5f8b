export function TracePage() {
  return <div>TracePage</div>;
}
