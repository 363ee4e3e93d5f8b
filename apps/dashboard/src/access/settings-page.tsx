import { Link, useParams } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { useProjectSlug } from '../api/queries.js';
import { OnCallSection } from '../incidents/on-call-section.js';
import { RunbooksSection } from '../incidents/runbooks-section.js';
import { SilencesSection } from '../incidents/silences-section.js';
import classes from './access.module.css';
import { AuditSection } from './audit-section.js';
import { ChannelsSection } from './channels-section.js';
import { JudgesSection } from './judges-section.js';
import { KeysSection } from './keys-section.js';
import { PricesSection } from './prices-section.js';
import { ProjectsSection } from './projects-section.js';
import { ScorersSection } from './scorers-section.js';
import { ScrapingSection } from './scraping-section.js';

const sections: readonly { id: string; label: string; component: ComponentType }[] = [
  { id: 'keys', label: 'API keys', component: KeysSection },
  { id: 'projects', label: 'Projects', component: ProjectsSection },
  { id: 'scorers', label: 'Scorers', component: ScorersSection },
  { id: 'judges', label: 'Judge models', component: JudgesSection },
  { id: 'channels', label: 'Notifications', component: ChannelsSection },
  { id: 'on-call', label: 'On call', component: OnCallSection },
  { id: 'silences', label: 'Silences', component: SilencesSection },
  { id: 'runbooks', label: 'Runbooks', component: RunbooksSection },
  { id: 'scraping', label: 'GPU scraping', component: ScrapingSection },
  { id: 'prices', label: 'Prices', component: PricesSection },
  { id: 'audit', label: 'Audit log', component: AuditSection },
];

export function SettingsPage() {
  const project = useProjectSlug();
  const { section = '' } = useParams({ strict: false });
  const current = sections.find(({ id }) => id === section) ?? sections[0];
  if (!current) return null;
  const Section = current.component;
  return (
    <>
      <div className="page-head">
        <h1 className="page-title">Settings</h1>
        <Link to="/p/$project/welcome" params={{ project }} style={{ marginLeft: 'auto' }}>
          How to send the first trace
        </Link>
      </div>
      <div className={classes.layout}>
        <nav className={classes.sections} aria-label="Settings">
          {sections.map(({ id, label }) => (
            <Link
              key={id}
              to="/p/$project/settings/$section"
              params={{ project, section: id }}
              className="nav-link"
              aria-current={id === current.id ? 'page' : undefined}
            >
              {label}
            </Link>
          ))}
        </nav>
        <div className="stack">
          <Section />
        </div>
      </div>
    </>
  );
}
