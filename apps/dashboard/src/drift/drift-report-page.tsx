export function DriftReportPage() {
  return <div>DriftReportPage</div>;
}
