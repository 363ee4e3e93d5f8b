import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AccessBootstrap } from './access.bootstrap.js';
import { AccessController } from './access.controller.js';
import { accessEntities } from './access.entity.js';
import { AccessGuard } from './access.guard.js';
import { AccessService } from './access.service.js';
import { AuditService } from './audit.service.js';
import { KeyVerifier } from './key-verifier.js';
import { OnboardingController } from './onboarding.controller.js';
import { SessionController } from './session.controller.js';
import { SessionService } from './session.service.js';

/** Resolves the principal of every request of this process; for the roles `ingest` and `api`. */
@Module({
  imports: [TypeOrmModule.forFeature(accessEntities)],
  providers: [KeyVerifier, SessionService, AuditService, { provide: APP_GUARD, useClass: AccessGuard }],
  exports: [KeyVerifier, SessionService, AuditService],
})
export class AccessModule {}

/** Projects, keys, sign-in and the audit log over HTTP; for the role `api`. */
@Module({
  imports: [AccessModule],
  controllers: [AccessController, SessionController, OnboardingController],
  providers: [AccessService, AccessBootstrap],
})
export class AccessApiModule {}
